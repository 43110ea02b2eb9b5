enum LedgerError: Error, Hashable {
  case insufficientFunds(balance: Int64)
  case noSuchAccount(Int64)
  case poolClosed
  case database(String)
}
