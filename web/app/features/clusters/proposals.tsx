import { Form, Link } from "@remix-run/react";
import type { ProposalView } from "../../api.server";
import { counted } from "../../lib/count";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Words } from "../../ui/words";
import { formatSimilarity } from "./decision-words";

type Props = { proposals: ProposalView[]; cluster: string; base: string; mayDecide: boolean };

/** What the brain would do, had no person touched the cluster: with its reasons, for a person to accept or dismiss. */
export function Proposals({ proposals, cluster, base, mayDecide }: Props) {
  return proposals.map((proposal) => (
    <Notice key={proposal.id} tone="plain">
      <p>
        <Other proposal={proposal} cluster={cluster} base={base} /> looks like the same problem:{" "}
        {reasonsOf(proposal)}.
      </p>
      <ul>
        {proposal.reasons.nearest.map((near) => (
          <li key={`${near.feedback_id}${near.other_id}`}>
            {formatSimilarity(near.similarity)}: <Words>{near.title ?? "a report"}</Words> and{" "}
            <Words>{near.other_title ?? "a report"}</Words>
          </li>
        ))}
      </ul>
      {mayDecide ? (
        <Form method="post" action={`${base}/clusters/${cluster}/history`}>
          <input type="hidden" name="id" value={proposal.id} />
          <div className="proposal-actions">
            <Button name="intent" value="accept">
              Merge them
            </Button>
            <Button look="quiet" name="intent" value="dismiss">
              Not the same
            </Button>
          </div>
        </Form>
      ) : null}
    </Notice>
  ));
}

function Other({
  proposal,
  cluster,
  base,
}: Omit<Props, "proposals" | "mayDecide"> & { proposal: ProposalView }) {
  const mine = proposal.cluster_id === cluster;
  const id = mine ? proposal.into_id : proposal.cluster_id;
  const title = mine ? proposal.into_title : proposal.cluster_title;
  return (
    <Link to={`${base}/clusters/${id}`}>
      <Words>{title ?? "Another cluster"}</Words>
    </Link>
  );
}

function reasonsOf({ reasons }: ProposalView): string {
  const { similarity, threshold, same_fingerprints: twins } = reasons;
  return [
    ...(twins > 0 ? [`${counted(twins, "fingerprint")} in both`] : []),
    ...(similarity === null
      ? []
      : [`${formatSimilarity(similarity)} alike on average, line ${formatSimilarity(threshold)}`]),
  ].join("; ");
}
