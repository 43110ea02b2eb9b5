import CoreMetrics
import DatabaseTelemetry
import MetricsTestKit
import TestSupport
import Testing

@Suite struct PoolMetricsTests {
  private let metrics = TestMetrics()

  private var labels: Set<String> {
    Set((metrics.counters.map(\.label) + metrics.recorders.map(\.label) + metrics.meters.map(\.label)))
      .filter { $0.hasPrefix("db.client.connection") }
  }

  /// No instrumentor is needed for it.
  @Test func aPoolIsMeasured() throws {
    try withMetricsFactory(metrics) { () throws in
      let monitor = PoolMonitor(name: "main", size: 2)
      let connection = monitor.observer.connected()
      monitor.observer.checkedIn(monitor.observer.checkedOut(connection))
    }
    let main = ("db.client.connection.pool.name", "main")
    #expect(try metrics.expectCounter("db.client.connection.events", [main, ("event", "checkout")]).values == [1])
    #expect(try metrics.expectMeter("db.client.connection.max", [main]).values.last == 2)
    #expect(try metrics.expectRecorder("db.client.connection.use_time", [main]).values.count == 1)
  }

  @Test func itsMetricsCarryTheAttributesOfTheRequest() throws {
    try withMetricsFactory(metrics) { () throws in
      let monitor = PoolMonitor(name: "main")
      withDatabaseAttributes(["app.tenant": 7]) { _ = monitor.observer.connected() }
    }
    let dimensions = [
      ("db.client.connection.pool.name", "main"), ("app.tenant", "7"), ("event", "connect"),
    ]
    #expect(try metrics.expectCounter("db.client.connection.events", dimensions).values == [1])
  }

  /// SQLite does not tell who uses a connection, so that there is nothing to measure.
  @Test func aMonitorWithoutAPoolIsNot() throws {
    let file = try TemporaryFile("automatic-metrics.sqlite")
    try withMetricsFactory(metrics) {
      let database = try SQLiteDatabase(file.path)
      _ = try database.rows("SELECT 1")
      database.close()
    }
    #expect(labels.isEmpty)
  }
}
