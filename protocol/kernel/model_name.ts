/** The form of a model's name, `name` or `name@version`. */
export const MODEL_NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(@\d{1,9})?$/;
