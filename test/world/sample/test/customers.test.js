import assert from "node:assert/strict";
import { test } from "node:test";
import { confirmationMail, greetingFor, initialsOf } from "../src/index.js";

const ada = { email: "ada@example.org", profile: { displayName: "Ada" } };

test("a customer is greeted by name", () => {
  assert.equal(greetingFor(ada), "Hello Ada,");
});

test("a customer who gave no name is greeted all the same", () => {
  assert.equal(greetingFor({ email: "x@example.org", profile: {} }), "Hello,");
});

test("initials are the first letters of two words", () => {
  assert.equal(initialsOf(" ada  king lovelace "), "AK");
});

test("the confirmation uses the locale and footer of the shop", () => {
  const order = { id: "A-7", total: 1250, currency: "EUR", customer: ada };
  const mail = confirmationMail(order, { template: { locale: "en-IE", footer: "Tea & Co" } });
  assert.equal(mail.subject, "Your order A-7");
  assert.match(mail.text, /€12\.50/);
  assert.match(mail.text, /Tea & Co$/);
});
