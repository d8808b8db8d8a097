import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { testLedger } from "../../contract/ledger_contract.ts";
import { testLedgerVersions } from "../../contract/ledger_versions_contract.ts";

testLedger("MemoryLedger()", () => new MemoryLedger());
testLedgerVersions("MemoryLedger()", () => new MemoryLedger());
