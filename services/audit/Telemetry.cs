using System.Diagnostics.Metrics;
using Tideway.Audit.Records;

namespace Tideway.Audit;

/// <summary>Figures of the audit service.</summary>
internal static class Telemetry
{
    private static readonly Meter Meter = new("Tideway.Audit");

    private static readonly Counter<long> Records = Meter.CreateCounter<long>("tideway.audit.records", "{record}", "Events and accesses put on record");

    public static void Recorded(AuditRecord record) =>
        Records.Add(1, new KeyValuePair<string, object?>("direction", record.Direction), new KeyValuePair<string, object?>("decision", record.Decision));
}
