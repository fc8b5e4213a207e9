import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/** The columns of CloudWatch's grid. */
export const DASHBOARD_COLUMNS = 24;

/** The colour of each outcome, the same in every graph. */
export const OUTCOME_COLORS = {
  issue: cloudwatch.Color.GREEN,
  restrict: cloudwatch.Color.ORANGE,
  refuse: cloudwatch.Color.RED,
} as const;

/** A section of the dashboard: a question of an operator, and the graphs that answer it. */
export interface Row {
  readonly question: string;
  /** Text below the question, in Markdown. */
  readonly hint?: string;
  /** Each line of widgets fills the width. */
  readonly lines: readonly (readonly cloudwatch.IWidget[])[];
}

export interface GraphProps {
  /** Includes the unit, and the period of a sum. */
  readonly title: string;
  readonly left: readonly cloudwatch.IMetric[];
  /** Label of the left axis. */
  readonly unit: string;
  readonly right?: readonly cloudwatch.IMetric[];
  readonly rightUnit?: string;
  readonly stacked?: boolean;
  /** Upper end of the left axis. @default automatic */
  readonly max?: number;
  /** A horizontal line. */
  readonly limit?: { readonly value: number; readonly label: string };
  /** Columns. @default a third of the page */
  readonly width?: number;
  /** Start of the time range, such as `-P14D`. @default the one of the dashboard */
  readonly start?: string;
}

/** Creates a graph. All axes start at 0, so that small changes are not exaggerated. */
export function graph(props: GraphProps): cloudwatch.GraphWidget {
  const axis = (label: string, max?: number) => ({ min: 0, max, label, showUnits: false });
  return new cloudwatch.GraphWidget({
    title: props.title,
    left: [...props.left],
    leftYAxis: axis(props.unit, props.max),
    ...(props.right && { right: [...props.right], rightYAxis: axis(props.rightUnit ?? '') }),
    stacked: props.stacked ?? false,
    ...(props.start !== undefined && { start: props.start }),
    ...(props.limit && { leftAnnotations: [{ ...props.limit, color: cloudwatch.Color.GREY }] }),
    legendPosition: cloudwatch.LegendPosition.BOTTOM,
    width: props.width ?? DASHBOARD_COLUMNS / 3,
    height: 6,
  });
}

export interface LogTableProps {
  readonly title: string;
  readonly logGroup: ILogGroup;
  /** The commands of a Logs Insights query, without the pipes between them. */
  readonly commands: readonly string[];
}

/** Creates a table with the rows of a query, a third of the page wide. It covers the time range of the dashboard. */
export function logTable({ title, logGroup, commands }: LogTableProps): cloudwatch.LogQueryWidget {
  return new cloudwatch.LogQueryWidget({
    title,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [...commands],
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    width: DASHBOARD_COLUMNS / 3,
    height: 6,
  });
}

/** Creates the heading of a section. */
export function heading({ question, hint }: Row): cloudwatch.TextWidget {
  return new cloudwatch.TextWidget({
    markdown: hint === undefined ? `## ${question}` : `## ${question}\n${hint}`,
    width: DASHBOARD_COLUMNS,
    height: hint === undefined ? 1 : 2,
    background: cloudwatch.TextWidgetBackground.TRANSPARENT,
  });
}

export interface ContributorsProps {
  readonly title: string;
  readonly ruleName: string;
  readonly region: string;
}

/** The top ten contributors of a Contributor Insights rule, a widget that CDK does not have. */
export class ContributorsWidget extends cloudwatch.ConcreteWidget {
  readonly #props: ContributorsProps;

  constructor(props: ContributorsProps) {
    super(DASHBOARD_COLUMNS / 3, 6);
    this.#props = props;
  }

  override toJson(): object[] {
    const { title, ruleName, region } = this.#props;
    const properties = {
      view: 'timeSeries',
      stacked: true,
      title,
      region,
      insightRule: { ruleName, maxContributorCount: 10, orderBy: 'Sum' },
      period: 60,
      legend: { position: 'bottom' },
    };
    const { width, height, x, y } = this;
    return [{ type: 'metric', width, height, x, y, properties }];
  }
}
