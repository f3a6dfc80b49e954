import { index, route, type RouteConfig } from "@remix-run/route-config";

export default [
  index("routes/home.ts"),
  route("sign-in", "routes/sign-in.tsx"),
  route("sign-out", "routes/sign-out.ts"),
  route("theme", "routes/theme.ts"),
  route("projects/new", "routes/new-project.tsx"),
  route("p/:projectId", "routes/project.tsx", [
    index("routes/clusters.tsx"),
    route("clusters/:clusterId", "routes/cluster.tsx", [
      index("routes/cluster-fix.tsx"),
      route("reports", "routes/cluster-reports.tsx"),
      route("why", "routes/cluster-why.tsx"),
      route("history", "routes/cluster-history.tsx"),
      route("edit", "routes/cluster-edit.tsx"),
      route("merge", "routes/cluster-merge.tsx"),
    ]),
    route("reports", "routes/reports.tsx"),
    route("reports/new", "routes/new-report.tsx"),
    route("reports/import", "routes/import-reports.tsx"),
    route("reports/import/batch", "routes/import-batch.ts"),
    route("reports/:reportId", "routes/report.tsx"),
    route("runs", "routes/runs.tsx"),
    route("runs/:runId", "routes/run.ts"),
    route("runs/:runId/logs", "routes/run-logs.ts"),
    route("runs/:runId/patch", "routes/run-patch.ts"),
    route("sources", "routes/sources.tsx"),
    route("settings", "routes/settings.tsx"),
    route("grouping", "routes/grouping.tsx"),
  ]),
  route("*", "routes/not-found.tsx"),
] satisfies RouteConfig;
