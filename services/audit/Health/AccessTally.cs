using System.Text.Json;
using Tideway.Audit.Records;

namespace Tideway.Audit.Health;

/// <summary>Adds accesses up by share and recipient, so that a batch of records costs one statement for each pair of them.</summary>
internal sealed class AccessTally
{
    private const string FileRead = "deltaSharingGetFile";

    private readonly Dictionary<(string Share, string Recipient), Row> rows = [];

    public IEnumerable<Row> Rows => rows.Values;

    /// <summary>Counts an access to a share by a known recipient; what strangers and lists of shares ask for is in the record itself.</summary>
    public void Add(HealthFact record)
    {
        if (record.ShareName is not { } share || record.RecipientName is not { } recipient)
            return;
        // The query that handed the files out counts; each read of one of them would count its bytes again.
        if (record.ActionName == FileRead)
            return;
        var key = (share.ToLowerInvariant(), recipient.ToLowerInvariant());
        if (!rows.TryGetValue(key, out var row))
            rows.Add(key, row = new Row { Share = key.Item1, Recipient = key.Item2 });

        using var result = record.Result is null ? null : JsonDocument.Parse(record.Result);
        if (record.Decision == Decision.Granted)
        {
            row.GrantedCount++;
            row.LastGrantedAt = Math.Max(row.LastGrantedAt ?? long.MinValue, record.EventTime);
            row.BytesGranted += Number(result, "byte_count") ?? 0;
        }
        else
        {
            row.RefusedCount++;
            row.LastRefusedAt = Math.Max(row.LastRefusedAt ?? long.MinValue, record.EventTime);
        }

        if (row.LastAccessAt > record.EventTime)
            return;
        row.LastAccessAt = record.EventTime;
        row.LastAction = record.ActionName;
        row.LastTable = record.TableName is null ? null : $"{record.SchemaName}.{record.TableName}";
        row.LastTableVersion = Number(result, "table_version");
        row.LastStatus = record.StatusCode ?? 0;
    }

    private static long? Number(JsonDocument? result, string name) =>
        result is not null && result.RootElement.TryGetProperty(name, out var value) ? value.GetInt64() : null;

    internal sealed class Row
    {
        public required string Share { get; init; }

        public required string Recipient { get; init; }

        public long LastAccessAt { get; set; } = long.MinValue;

        public string LastAction { get; set; } = "";

        public string? LastTable { get; set; }

        public long? LastTableVersion { get; set; }

        public int LastStatus { get; set; }

        public long? LastGrantedAt { get; set; }

        public long? LastRefusedAt { get; set; }

        public long GrantedCount { get; set; }

        public long RefusedCount { get; set; }

        public long BytesGranted { get; set; }
    }
}
