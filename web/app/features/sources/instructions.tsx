/** How to connect each kind, step by step. */
export function Instructions() {
  return (
    <div className="instructions">
      <details>
        <summary>Connect Sentry</summary>
        <ol>
          <li>
            In Sentry, open <b>Settings → Developer settings</b> and make a new{" "}
            <b>internal integration</b>. Any https address will do as its webhook for now. Give it{" "}
            <b>Issue &amp; Event: Read</b>, save, and copy its <b>client secret</b>.
          </li>
          <li>Add a Sentry source here, with that secret.</li>
          <li>
            Back in Sentry, put the source’s webhook address in, and tick the webhooks for{" "}
            <b>issue</b> and <b>error</b>. For alert rules, switch on <b>Alert rule action</b>.
          </li>
          <li>Press “Send a test event” here, and look at the report that it makes.</li>
        </ol>
      </details>
      <details>
        <summary>Connect a Sentry SDK, without Sentry</summary>
        <ol>
          <li>
            Copy the DSN above into your application:{" "}
            <code>
              Sentry.init({"{"} dsn: "…" {"}"})
            </code>
            . Any of Sentry’s SDKs will do.
          </li>
          <li>
            Errors become reports, and so does what people write into the <b>User Feedback</b>{" "}
            widget. Traces, sessions, replays and attachments are taken and thrown away.
          </li>
          <li>
            Source maps are not applied: build without minifying names, or use Sentry’s webhooks.
          </li>
        </ol>
      </details>
      <details>
        <summary>Connect Sentry’s older webhook plugin</summary>
        <ol>
          <li>
            The plugin signs nothing, so the address has to carry the secret. Add a Sentry source
            here without a secret, and copy the one that is shown.
          </li>
          <li>
            Give the plugin the source’s webhook address with <code>?token=</code> and that secret
            behind it. Prefer an internal integration where you can.
          </li>
        </ol>
      </details>
      <details>
        <summary>Connect e-mail</summary>
        <ol>
          <li>
            The installation needs a domain for mail (<code>MAIL_DOMAIN</code>) that Cloudflare
            Email Routing hands to the Worker: the README says how.
          </li>
          <li>
            Add an e-mail source here. Its address is unguessable, and this project’s only one.
          </li>
          <li>Forward your support address to it. Who may write can be limited.</li>
        </ol>
      </details>
      <details>
        <summary>Connect GitHub</summary>
        <ol>
          <li>Add a GitHub source here without a secret. A new one is made and shown once.</li>
          <li>
            In the repository, open <b>Settings → Webhooks → Add webhook</b>. Paste the address and
            the secret, and choose <b>application/json</b>.
          </li>
          <li>
            Choose <b>individual events</b>: <b>Issues</b> bring reports in, <b>Pull requests</b>{" "}
            tell when a fix is merged; <b>Pull request reviews</b>, <b>review comments</b>,{" "}
            <b>Issue comments</b> and <b>Check runs</b> tell what a fix still needs.
          </li>
          <li>GitHub sends a ping at once: the source shows that it came.</li>
        </ol>
      </details>
    </div>
  );
}
