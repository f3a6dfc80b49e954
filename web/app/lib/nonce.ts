import { createContext, useContext } from "react";

/** The reply's script nonce. Empty in the browser, where it is neither known nor needed. */
export const NonceContext = createContext<string>("");

export function useNonce(): string | undefined {
  return useContext(NonceContext) || undefined;
}
