import { Form } from "@remix-run/react";
import { Button } from "../../ui/button";
import { Words } from "../../ui/words";

/** Two steps, without JavaScript too: nobody gets a project back. */
export function DeleteProject({ name }: { name: string }) {
  return (
    <details className="confirm">
      <summary className="button button-quiet">Delete this project</summary>
      <Form method="post" className="confirm-box">
        <p>
          <Words>{name}</Words> ends for everybody at once. Its reports, clusters, plans, runs and
          archives are erased. Pull requests on the code host stay.
        </p>
        <Button look="danger" name="intent" value="delete">
          Delete for good
        </Button>
      </Form>
    </details>
  );
}
