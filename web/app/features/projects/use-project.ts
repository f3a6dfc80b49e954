import { useRouteLoaderData } from "@remix-run/react";
import type { Permission } from "../../api.server";
import type { loader } from "../../routes/project";

/** The project of the page, as its layout loaded it. */
export function useProject() {
  const loaded = useRouteLoaderData<typeof loader>("routes/project");
  if (!loaded) throw new Error("useProject stands outside of a project's pages");
  return loaded;
}

/** Whether the person may do this here. Only a courtesy of the page: the API decides. */
export function useCan(permission: Permission): boolean {
  return useProject().project.permissions.includes(permission);
}
