export type ForgeErrorDetail = {
  resource: string;
  code: string;
  field?: string;
  message?: string;
  value?: unknown;
};

const DOCS = "https://docs.github.com/rest";

/** A failure as GitHub words it; `errorBody` is what goes on the wire. */
export class ForgeError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 503,
    message: string,
    readonly errors?: ForgeErrorDetail[],
    readonly documentation: string = "",
  ) {
    super(message);
    this.name = "ForgeError";
  }
}

export type ErrorBody = {
  message: string;
  errors?: ForgeErrorDetail[];
  documentation_url: string;
  status: string;
};

/** The JSON body GitHub sends with an error. */
export function errorBody(error: ForgeError): ErrorBody {
  return {
    message: error.message,
    ...(error.errors ? { errors: error.errors } : {}),
    documentation_url: `${DOCS}${error.documentation}`,
    status: String(error.status),
  };
}

export function notFound(message = "Not Found"): ForgeError {
  return new ForgeError(404, message);
}

/** 422 with a plain sentence and no `errors[]`. */
export function unprocessable(message: string, documentation = ""): ForgeError {
  return new ForgeError(422, message, undefined, documentation);
}

/** 422 "Validation Failed" with `errors[]`. */
export function invalid(errors: ForgeErrorDetail[], documentation = ""): ForgeError {
  return new ForgeError(422, "Validation Failed", errors, documentation);
}
