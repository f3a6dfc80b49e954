import { useSyncExternalStore } from "react";

function never(): () => void {
  return () => {};
}

/** False on the server and while the page comes alive, then true: for controls that need JavaScript. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
