/// Gives a field of a configuration what an option says, if it was given.
func set<Value>(_ field: inout Value, _ option: Value?) {
  if let option { field = option }
}
