const encoder = new TextEncoder();

/** 32 random bytes as base64url (43 characters) behind a readable prefix. */
export function newSecret(prefix: string): string {
  return prefix + base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** SHA-256 of text in hex: how tokens are stored. Fit for random secrets only, not for passwords. */
export async function hashSecret(secret: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(secret))));
}

/** Whether two strings are equal, in time that does not depend on where they differ. */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([hashSecret(a), hashSecret(b)]);
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  return difference === 0;
}

/** AES-256-GCM under a key derived from the Worker's sealing secret; bound to `context`, so a sealed value cannot be moved. */
export async function seal(sealingKey: string, context: string, plain: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: encoder.encode(context) },
    await aesKey(sealingKey),
    encoder.encode(plain),
  );
  return `v1.${base64Url(iv)}.${base64Url(new Uint8Array(data))}`;
}

/** Opens what `seal` made; null when the key or the context is another, or the value was changed. */
export async function unseal(
  sealingKey: string,
  context: string,
  sealed: string,
): Promise<string | null> {
  const [version, iv, data] = sealed.split(".");
  if (version !== "v1" || !iv || !data) return null;
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: fromBase64Url(iv), additionalData: encoder.encode(context) },
      await aesKey(sealingKey),
      fromBase64Url(data),
    );
    return new TextDecoder().decode(plain);
  } catch {
    return null;
  }
}

/** A token that names its subject and needs no storage: `{prefix}{subject}.{HMAC-SHA256}`. */
export async function subjectToken(key: string, prefix: string, subject: string): Promise<string> {
  return `${prefix}${subject}.${await macOf(key, prefix + subject)}`;
}

/** The subject of a token that `subjectToken` made under the same key, or null. */
export async function readSubjectToken(
  key: string,
  prefix: string,
  token: string,
): Promise<string | null> {
  if (!token.startsWith(prefix)) return null;
  const [subject, mac, ...rest] = token.slice(prefix.length).split(".");
  if (!subject || !mac || rest.length > 0) return null;
  return (await equalSecrets(mac, await macOf(key, prefix + subject))) ? subject : null;
}

async function macOf(key: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, [
    "sign",
  ]);
  return base64Url(
    new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text))),
  );
}

async function aesKey(sealingKey: string): Promise<CryptoKey> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`seal:${sealingKey}`));
  return crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}
