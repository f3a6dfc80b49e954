import { unstable_readConfig } from "wrangler";
import { wrongSettings } from "../../worker/env";

/** Checks what `wrangler.toml` would deploy, before it is uploaded: a wrong value is named, and the command fails. */
const { vars } = unstable_readConfig({ config: "wrangler.toml" });
const wrong = wrongSettings(vars);
for (const line of wrong) console.error(`wrangler.toml: ${line}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
