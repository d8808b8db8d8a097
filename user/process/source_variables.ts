/** What of the environment says where models come from; read before anything else of the environment is given up. */
export const SOURCE_VARIABLES = [
  "HOME",
  "USERPROFILE",
  "NPM_CONFIG_REGISTRY",
  "npm_config_registry",
  "HF_ENDPOINT",
] as const;
