import { MemoryPeopleStore } from "../../../master/people/memory_people_store.ts";
import { testPeopleStore } from "../../contract/people_store_contract.ts";

testPeopleStore("MemoryPeopleStore", () => new MemoryPeopleStore());
