import { MemoryLedger } from "../../../master/ledger/memory_ledger.ts";
import { testLedger } from "../../contract/ledger_contract.ts";

testLedger("MemoryLedger()", () => new MemoryLedger());
