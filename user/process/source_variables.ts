import { PROXY_VARIABLES } from "./proxy_variables.ts";

/**
 * Environment variables about sources of models. They are read before the process revokes its
 * access to the environment.
 */
export const SOURCE_VARIABLES: readonly string[] = [
  "HOME",
  "USERPROFILE",
  "NPM_CONFIG_REGISTRY",
  "npm_config_registry",
  "HF_ENDPOINT",
  ...PROXY_VARIABLES,
];
