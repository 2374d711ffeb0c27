/** Something that is not as it should be. */
export interface Finding {
  /** A stable name: `balanced`, `versions`, `outbox`, … */
  check: string;
  /** The row: `transaction 0199…`, `account main/cash version 5`. */
  subject: string;
  /** What is wrong with it. */
  detail: string;
}
