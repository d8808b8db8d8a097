import type { Status } from "../../protocol/http_api/status_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import type { MasterEvent } from "../core/messages/event.ts";
import type { Handler, RequestOrigin } from "../http/request_origin.ts";
import type { MasterState } from "../core/state/state.ts";
import type { AccessLog } from "./access_log.ts";
import { metricsText } from "./cluster_metrics.ts";
import { RecentPictures } from "./recent_pictures.ts";
import { statusOf } from "./status.ts";
import { RequestObserver } from "./request_observer.ts";
import { TaskMetrics } from "./task_metrics.ts";

/** Options of {@linkcode Observation} that a master may leave out. */
export interface ObservationSettings {
  /** Record of who asked what; `null` or absent if none is kept. */
  readonly accessLog?: Pick<AccessLog, "add"> | null;
  /** True to write the names of recognised persons into the access log. */
  readonly logsNames?: boolean;
  /** Returns the free space where the master keeps its data; `null` if the system does not tell. */
  readonly diskFreeBytes?: () => number | null;
}

/** Counts and records of the work of a master. */
export class Observation {
  readonly recent: RecentPictures;
  readonly tasks: TaskMetrics;
  readonly requests: RequestObserver;
  readonly startedWallMs: number;
  readonly #options: ObservationSettings & { readonly clock: Clock; readonly version: string };
  readonly #state: MasterState;

  constructor(options: ObservationSettings & { clock: Clock; version: string }, state: MasterState) {
    this.#options = options;
    this.#state = state;
    this.recent = new RecentPictures(options.clock.nowMs());
    this.tasks = new TaskMetrics(this.recent);
    this.requests = new RequestObserver(options);
    this.startedWallMs = options.clock.wallMs();
  }

  /** Counts an event of the master that has been applied. */
  note(event: MasterEvent): void {
    this.tasks.note(event, { state: this.#state, nowMs: this.#options.clock.nowMs() });
  }

  /** Returns the HTTP interface `handler`, observed. */
  fetchOf(handler: Handler): (request: Request, origin?: RequestOrigin) => Response | Promise<Response> {
    const observed = this.requests.observing(handler);
    return (request, origin = {}) => observed(request, origin);
  }

  /** Returns how the cluster is doing. */
  status(): Status {
    const { diskFreeBytes, ...options } = this.#options;
    const { startedWallMs, recent } = this;
    return statusOf(this.#state, { ...options, startedWallMs, recent, diskFreeBytes: diskFreeBytes?.() ?? null });
  }

  /** Returns all metrics in the text format of Prometheus. */
  metrics(): string {
    const { clock, version, diskFreeBytes } = this.#options;
    const figures = {
      version,
      startedWallMs: this.startedWallMs,
      residentBytes: Deno.memoryUsage().rss,
      diskFreeBytes: diskFreeBytes?.() ?? null,
    };
    return metricsText(this.#state, { clock, counted: [...this.tasks.all, ...this.requests.all], figures });
  }
}
