import { Form } from "@remix-run/react";
import type { Role, TokenView } from "../../api.server";
import { Button } from "../../ui/button";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";

export const ROLE_WORDS: Record<Role, string> = {
  viewer: "Viewer: reads",
  operator: "Operator: adds reports, groups, starts runs",
  approver: "Approver: an operator; approving plans stays with people",
  admin: "Admin: settings, sources and tokens as well",
};

export const ROLES = Object.keys(ROLE_WORDS) as Role[];

export function TokenList({ tokens }: { tokens: TokenView[] }) {
  if (tokens.length === 0) return <p className="faint">No token is alive.</p>;
  return (
    <div className="table-scroll">
      <table>
        <caption className="visually-hidden">Live API tokens</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Begins with</th>
            <th scope="col">Role</th>
            <th scope="col">Last used</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span className="visually-hidden">End it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">
                <Words>{token.name}</Words>
              </th>
              <td>
                <code>{token.hint}</code>
              </td>
              <td>{token.role}</td>
              <td>{token.last_used_at ? <Time at={token.last_used_at} /> : "never"}</td>
              <td>{token.expires_at ? <Time at={token.expires_at} /> : "never"}</td>
              <td className="cell-action">
                <Form method="post" preventScrollReset>
                  <input type="hidden" name="token" value={token.id} />
                  <Button
                    look="quiet"
                    name="intent"
                    value="end-token"
                    aria-label={`End the token ${token.name}`}
                  >
                    End
                  </Button>
                </Form>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
