import { createPagesFunctionHandler } from "@remix-run/cloudflare-pages";
import { hardened } from "../app/lib/security-headers";
import * as build from "../build/server";

const serve = createPagesFunctionHandler<{ API: Fetcher }>({ build });

/** Every page and data request: Remix, and the headers that all its replies carry. */
export const onRequest: PagesFunction<{ API: Fetcher }> = async (context) =>
  hardened(await serve(context), new URL(context.request.url));
