/** Something that a proof found not to be as it must. */
export interface Finding {
  /** Which check: a name that stays, such as `balanced` or `seals`. */
  check: string;
  /** Which row, as a person finds it: `transaction 0199…`, `account main/cash version 5`. */
  subject: string;
  detail: string;
}
