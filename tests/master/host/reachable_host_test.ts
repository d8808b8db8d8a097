import { assertEquals } from "../../assert.ts";
import { type HostNames, reachableHosts } from "../../../master/host/reachable_host.ts";
import { isLoopbackHost } from "../../../protocol/http_api/address.ts";

/** Returns the names of a host with these interfaces, each as `NAME ADDRESS`. */
function hostWith(...interfaces: readonly string[]): HostNames {
  const parsed = interfaces.map((line) => {
    const at = line.lastIndexOf(" ");
    const address = line.slice(at + 1);
    return { name: line.slice(0, at), address, family: address.includes(":") ? "IPv6" as const : "IPv4" as const };
  });
  return { networkInterfaces: () => parsed, hostname: () => "atlas" };
}

/** Returns the reachable hosts as people see them. */
function printed(host: string, names: HostNames): string[] {
  return reachableHosts(host, names).map(({ hostname, virtualInterface }) =>
    virtualInterface === null ? hostname : `${hostname} (${virtualInterface})`
  );
}

const LINUX_WITH_CONTAINERS = hostWith(
  "lo 127.0.0.1",
  "docker0 172.17.0.1",
  "br-5f1c2a9be0d1 172.18.0.1",
  "virbr0 192.168.122.1",
  "enp3s0 192.168.1.10",
  "wlp2s0 192.168.1.11",
  "lo ::1",
  "enp3s0 2001:db8:1::10",
  "enp3s0 fe80::5054:ff:fe12:3456",
  "veth12ab34c fe80::42:acff:fe11:2",
);
const SERVER_WITH_PUBLIC_ADDRESS = hostWith(
  "lo 127.0.0.1",
  "eth0 203.0.113.7",
  "eth1 10.114.0.3",
  "wg0 10.8.0.1",
  "tailscale0 100.101.102.103",
  "eth0 2001:db8:2::7",
  "tailscale0 fd7a:115c:a1e0::1",
);
const MAC = hostWith(
  "lo0 127.0.0.1",
  "lo0 ::1",
  "lo0 fe80::1",
  "en5 169.254.7.7",
  "utun4 10.9.0.2",
  "en0 192.168.178.20",
  "en0 fd00::1c0a",
  "zt5u4ylx3d 10.147.17.5",
);
const WINDOWS = hostWith(
  "vEthernet (WSL) 172.29.96.1",
  "Tailscale 100.90.1.2",
  "Ethernet 172.32.0.9",
  "Wi-Fi 172.31.0.9",
  "Loopback Pseudo-Interface 1 127.0.0.1",
);

const TABLE: readonly { title: string; names: HostNames; host: string; expected: readonly string[] }[] = [
  {
    title: "Linux with containers and virtual machines",
    names: LINUX_WITH_CONTAINERS,
    host: "0.0.0.0",
    expected: [
      "192.168.1.10",
      "192.168.1.11",
      "172.17.0.1 (docker0)",
      "172.18.0.1 (br-5f1c2a9be0d1)",
      "192.168.122.1 (virbr0)",
    ],
  },
  {
    title: "the same with IPv6",
    names: LINUX_WITH_CONTAINERS,
    host: "::",
    expected: [
      "192.168.1.10",
      "192.168.1.11",
      "2001:db8:1::10",
      "172.17.0.1 (docker0)",
      "172.18.0.1 (br-5f1c2a9be0d1)",
      "192.168.122.1 (virbr0)",
    ],
  },
  {
    title: "a server with a public address and tunnels",
    names: SERVER_WITH_PUBLIC_ADDRESS,
    host: "[::]",
    expected: [
      "10.114.0.3",
      "203.0.113.7",
      "2001:db8:2::7",
      "10.8.0.1 (wg0)",
      "100.101.102.103 (tailscale0)",
      "fd7a:115c:a1e0::1 (tailscale0)",
    ],
  },
  {
    title: "macOS",
    names: MAC,
    host: "::",
    expected: ["192.168.178.20", "fd00::1c0a", "10.9.0.2 (utun4)", "10.147.17.5 (zt5u4ylx3d)"],
  },
  {
    title: "Windows",
    names: WINDOWS,
    host: "0.0.0.0",
    expected: ["172.31.0.9", "172.32.0.9", "172.29.96.1 (vEthernet (WSL))", "100.90.1.2 (Tailscale)"],
  },
  {
    title: "a bridge of the host itself, and an address on two interfaces",
    names: hostWith("br0 192.168.1.5", "eth0 192.168.1.5", "bond0 10.0.0.4"),
    host: "0.0.0.0",
    expected: ["192.168.1.5", "10.0.0.4"],
  },
  {
    title: "a host in a container network only",
    names: hostWith("lo 127.0.0.1", "docker0 172.17.0.1"),
    host: "0.0.0.0",
    expected: ["172.17.0.1 (docker0)"],
  },
  { title: "a host without a network", names: hostWith("lo 127.0.0.1", "lo ::1"), host: "::", expected: ["atlas"] },
];

Deno.test("isLoopbackHost() is true for addresses that only this machine can reach", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"]) assertEquals(isLoopbackHost(host), true);
  for (const host of ["0.0.0.0", "::", "192.168.1.10", "127.0.0.1.example.org", "localhost.example.org"]) {
    assertEquals(isLoopbackHost(host), false, host);
  }
});

for (const { title, names, host, expected } of TABLE) {
  Deno.test(`reachableHosts() lists the likely addresses first: ${title}, on ${host}`, () => {
    assertEquals(printed(host, names), expected);
  });
}

Deno.test("reachableHosts() returns the host itself if the server listens on one address", () => {
  for (const host of ["192.168.7.7", "127.0.0.1", "atlas.local"]) {
    assertEquals(printed(host, LINUX_WITH_CONTAINERS), [host]);
  }
});
