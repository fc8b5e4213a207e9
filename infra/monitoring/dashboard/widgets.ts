import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** The width of a dashboard, in columns. */
export const WIDTH = 24;

/** Colours of outcomes, the same in every graph. */
export const OUTCOME_COLORS = {
  issue: cloudwatch.Color.GREEN,
  restrict: cloudwatch.Color.ORANGE,
  refuse: cloudwatch.Color.RED,
} as const;

/** A row of a dashboard: a question, and graphs that answer it. */
export interface Row {
  readonly question: string;
  /** More to read, in Markdown. */
  readonly hint?: string;
  /** Lines of widgets that fill the width. */
  readonly lines: readonly (readonly cloudwatch.IWidget[])[];
}

export interface GraphProps {
  /** With the unit, and the time that a sum is over. */
  readonly title: string;
  readonly left: readonly cloudwatch.IMetric[];
  /** What the left axis counts. */
  readonly unit: string;
  readonly right?: readonly cloudwatch.IMetric[];
  readonly rightUnit?: string;
  readonly stacked?: boolean;
  /** The end of the left axis, for what has one. */
  readonly max?: number;
  /** A line across the graph. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** A third of the width. All axes begin at 0: a graph that hides it exaggerates. */
export function graph(props: GraphProps): cloudwatch.GraphWidget {
  const axis = (label: string, max?: number) => ({ min: 0, max, label, showUnits: false });
  return new cloudwatch.GraphWidget({
    title: props.title,
    left: [...props.left],
    leftYAxis: axis(props.unit, props.max),
    ...(props.right && { right: [...props.right], rightYAxis: axis(props.rightUnit ?? '') }),
    stacked: props.stacked ?? false,
    ...(props.limit && { leftAnnotations: [{ ...props.limit, color: cloudwatch.Color.GREY }] }),
    legendPosition: cloudwatch.LegendPosition.BOTTOM,
    width: WIDTH / 3,
    height: 6,
  });
}

/** The question of a row, above it. */
export function heading({ question, hint }: Row): cloudwatch.TextWidget {
  return new cloudwatch.TextWidget({
    markdown: hint === undefined ? `## ${question}` : `## ${question}\n${hint}`,
    width: WIDTH,
    height: hint === undefined ? 1 : 2,
    background: cloudwatch.TextWidgetBackground.TRANSPARENT,
  });
}

export interface ContributorsProps {
  readonly title: string;
  readonly ruleName: string;
  readonly region: string;
}

/** The first ten contributors that a rule of Contributor Insights counts, for which CDK has no widget. */
export class ContributorsWidget extends cloudwatch.ConcreteWidget {
  readonly #props: ContributorsProps;

  constructor(props: ContributorsProps) {
    super(WIDTH / 3, 6);
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
