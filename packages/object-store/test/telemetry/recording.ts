import { metrics, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  type Histogram,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";

type Point = DataPoint<number> | DataPoint<Histogram>;

/** An application's OpenTelemetry SDK that keeps what it is given. */
export interface Recording {
  spans(): ReadableSpan[];
  /** The points of a metric since the recording began. */
  points(metric: string): Promise<Point[]>;
  close(): Promise<void>;
}

/** Registers an SDK for this process, as an application does. */
export function startRecording(): Recording {
  const spanExporter = new InMemorySpanExporter();
  const tracing = new NodeTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
  });
  tracing.register();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  return {
    spans: () => spanExporter.getFinishedSpans(),
    async points(name) {
      await meters.forceFlush();
      return (exporter.getMetrics().at(-1)?.scopeMetrics ?? [])
        .flatMap((scope) => scope.metrics)
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints as Point[]);
    },
    async close() {
      trace.disable();
      metrics.disable();
      await tracing.shutdown();
      await meters.shutdown();
    },
  };
}
