import * as Sentry from "@sentry/browser";

/* A page with a bug and the real SDK with its feedback widget; the DSN is in the page's address. */
Sentry.init({
  dsn: new URLSearchParams(location.search).get("dsn") ?? "",
  integrations: [Sentry.feedbackIntegration({ colorScheme: "light", enableScreenshot: false })],
});

function pay(): never {
  throw new TypeError("cart.items is not a list");
}

document.querySelector("#crash")?.addEventListener("click", pay);
