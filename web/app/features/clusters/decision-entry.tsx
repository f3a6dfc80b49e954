import { Link } from "@remix-run/react";
import type { GroupingDecision } from "../../api.server";
import { Icon, type IconName } from "../../ui/icon";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { deciderOf, formatSimilarity, verbOf } from "./decision-words";

const TIER_ICONS: Record<GroupingDecision["tier"], IconName> = {
  fingerprint: "copy",
  similarity: "dot",
  rerank: "dot",
  model: "eye",
  person: "manual",
};

type Props = { decision: GroupingDecision; base: string };

/** A ledger row in words: who or what put a report where it is, with which neighbours, and how sure. */
export function DecisionEntry({ decision, base }: Props) {
  const { neighbours, threshold, embedder_version: embedder, method } = decision;
  const nearest = neighbours[0];
  return (
    <li className="placement">
      <Icon name={TIER_ICONS[decision.tier]} />
      <div>
        <p>
          <Link to={`${base}/reports/${decision.feedback_id}`}>
            <Words>{decision.title ?? "A report that was removed"}</Words>
          </Link>{" "}
          {verbOf(decision)}
          {nearest ? (
            <>
              {" to "}
              <Neighbour near={nearest} base={base} />
            </>
          ) : null}
          .
        </p>
        {decision.reason ? (
          <p className="faint">
            <Words>{decision.reason}</Words>
          </p>
        ) : null}
        <p className="faint">
          {decision.tier === "person"
            ? ""
            : `Line ${formatSimilarity(threshold)}, ${method}, ${embedder}, `}
          by {deciderOf(decision.actor)}, <Time at={decision.created_at} />
          {decision.previous_cluster_id ? (
            <>
              , from{" "}
              <Link to={`${base}/clusters/${decision.previous_cluster_id}`}>another cluster</Link>
            </>
          ) : null}
        </p>
        {neighbours.length > 1 ? <OtherNeighbours decision={decision} base={base} /> : null}
      </div>
    </li>
  );
}

function OtherNeighbours({ decision, base }: Pick<Props, "decision" | "base">) {
  return (
    <details className="neighbours">
      <summary>{decision.neighbours.length} neighbours were looked at</summary>
      <ol>
        {decision.neighbours.map((near) => (
          <li key={near.feedback_id}>
            <span className="number">{formatSimilarity(near.similarity)}</span>{" "}
            <Neighbour near={near} base={base} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Neighbour(props: { near: GroupingDecision["neighbours"][number]; base: string }) {
  const { near, base } = props;
  return (
    <Link to={`${base}/reports/${near.feedback_id}`}>
      <Words>{near.title ?? "a report that was removed"}</Words>
    </Link>
  );
}
