import { readLocalFile, writeLocalFile } from "./start/local-file";
import { localSecrets } from "./start/secrets";
import { setUpInstallation } from "./start/set-up";

/** `npm run sign-in`: a fresh one-time sign-in link for the installation that runs here. */
const local = readLocalFile();
if (!local) {
  console.error("Nothing runs here. Type `npm start` first.");
  process.exit(1);
}
const fresh = await setUpInstallation(local, localSecrets());
writeLocalFile({ ...fresh, pid: local.pid });
console.log(fresh.signInUrl);
