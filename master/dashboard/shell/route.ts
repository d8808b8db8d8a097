import { computed, signal } from "@preact/signals";
import { isAdmin, mayEnrol } from "./session.ts";

/** A view of the page. */
export interface View {
  /** Part of the address behind `#/`. */
  readonly id: "try" | "people" | "cluster" | "models" | "logs" | "audit";
  readonly title: string;
  /** Returns true if the person at the page may see it. */
  readonly isOpen: () => boolean;
}

const VIEWS: readonly View[] = [
  { id: "try", title: "Try it", isOpen: () => true },
  { id: "people", title: "People", isOpen: () => mayEnrol.value },
  { id: "cluster", title: "Cluster", isOpen: () => isAdmin.value },
  { id: "models", title: "Models", isOpen: () => isAdmin.value },
  { id: "logs", title: "Logs", isOpen: () => isAdmin.value },
  { id: "audit", title: "Audit", isOpen: () => isAdmin.value },
];

const hash = signal(location.hash);
addEventListener("hashchange", () => hash.value = location.hash);

/** Views that the person at the page may see. */
export const openViews = computed(() => VIEWS.filter(({ isOpen }) => isOpen()));

/** View that the address names; the first if it names none that is open. */
export const view = computed(() => openViews.value.find(({ id }) => hash.value === `#/${id}`) ?? openViews.value[0]);
