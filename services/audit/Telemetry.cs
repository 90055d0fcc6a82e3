using System.Diagnostics.Metrics;
using Tideway.Audit.Records;

namespace Tideway.Audit;

/// <summary>Figures of the audit service.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new("Tideway.Audit");

    private static readonly Counter<long> Records = Meter.CreateCounter<long>("tideway.audit.records", "{record}", "Events and accesses put on record");

    public static void Recorded(IReadOnlyList<AuditRecord> records)
    {
        foreach (var alike in records.CountBy(record => (record.Direction, record.Decision)))
            Records.Add(
                alike.Value,
                new KeyValuePair<string, object?>("direction", alike.Key.Direction),
                new KeyValuePair<string, object?>("decision", alike.Key.Decision)
            );
    }
}
