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
  return proposals.map((proposal) => {
    const isSplit = proposal.kind === "split";
    return (
      <Notice key={proposal.id} tone="plain">
        {isSplit ? (
          <Parting proposal={proposal} base={base} />
        ) : (
          <p>
            <Other proposal={proposal} cluster={cluster} base={base} /> looks like the same problem:{" "}
            {reasonsOf(proposal)}.
          </p>
        )}
        <Nearest near={proposal.reasons.nearest} />
        {mayDecide ? (
          <Form method="post" action={`${base}/clusters/${cluster}/history`}>
            <input type="hidden" name="id" value={proposal.id} />
            <div className="proposal-actions">
              <Button name="intent" value="accept">
                {isSplit ? "Split them off" : "Merge them"}
              </Button>
              <Button look="quiet" name="intent" value="dismiss">
                {isSplit ? "They belong here" : "Not the same"}
              </Button>
            </div>
          </Form>
        ) : null}
      </Notice>
    );
  });
}

function Parting({ proposal, base }: { proposal: ProposalView; base: string }) {
  const { reports, report_count: count } = proposal.reasons;
  return (
    <>
      <p>
        {counted(count, "report")} may be another problem: {reasonsOf(proposal)} to the others.
      </p>
      <ul>
        {reports.map(({ feedback_id: id, title }) => (
          <li key={id}>
            <Link to={`${base}/reports/${id}`}>
              <Words>{title ?? "a report"}</Words>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function Nearest({ near }: { near: ProposalView["reasons"]["nearest"] }) {
  if (near.length === 0) return null;
  return (
    <details>
      <summary>The nearest pairs</summary>
      <ul>
        {near.map((pair) => (
          <li key={`${pair.feedback_id}${pair.other_id}`}>
            {formatSimilarity(pair.similarity)}: <Words>{pair.title ?? "a report"}</Words> and{" "}
            <Words>{pair.other_title ?? "a report"}</Words>
          </li>
        ))}
      </ul>
    </details>
  );
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
