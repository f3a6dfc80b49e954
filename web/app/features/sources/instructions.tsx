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
        <summary>Connect GitHub</summary>
        <ol>
          <li>Add a GitHub source here without a secret. A new one is made and shown once.</li>
          <li>
            In the repository, open <b>Settings → Webhooks → Add webhook</b>. Paste the address and
            the secret, and choose <b>application/json</b>.
          </li>
          <li>
            Choose <b>individual events</b>: <b>Issues</b> bring reports in, <b>Pull requests</b>{" "}
            tell when a fix is merged.
          </li>
          <li>GitHub sends a ping at once: the source shows that it came.</li>
        </ol>
      </details>
    </div>
  );
}
