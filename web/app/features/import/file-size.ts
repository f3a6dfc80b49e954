const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** `812 bytes`, `14.2 kB`, `103.1 MB` */
export function fileSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${number.format(bytes / 1_000)} kB`;
  return `${number.format(bytes / 1_000_000)} MB`;
}
