/** The first line of every mail and of the account page. Guests are greeted without a name. */
export function greetingFor(customer) {
  const name = customer.profile.displayName;
  return name ? `Hello ${name},` : "Hello,";
}

/** Two letters for the avatar, for example `AL` for Ada Lovelace. */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}
