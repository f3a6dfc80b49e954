/** Sentry's levels, most severe first, as the API takes them. */
export const LEVELS = ["fatal", "error", "warning", "info", "debug"] as const;
