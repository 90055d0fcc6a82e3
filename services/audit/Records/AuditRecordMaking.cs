using Tideway.Hosting.Database;

namespace Tideway.Audit.Records;

/// <summary>Gives an entry its place in the chain.</summary>
internal static class AuditRecordMaking
{
    public static AuditRecord Make(AuditEntry entry, Guid messageId, long sequence, byte[] previousHash, DateTimeOffset now)
    {
        var record = new AuditRecord
        {
            Sequence = sequence,
            EventId = entry.EventId ?? messageId,
            EventTime = DatabaseTime.ToMicroseconds(entry.EventTime),
            EventDate = entry.EventTime.UtcDateTime.ToString("yyyy-MM-dd"),
            RecordedAt = DatabaseTime.ToMicroseconds(now),
            Direction = entry.Direction,
            ServiceName = entry.ServiceName,
            ActionName = RecordText.CleanName(entry.ActionName)!,
            UserIdentity = RecordText.CleanName(entry.UserIdentity),
            RecipientName = RecordText.CleanName(entry.RecipientName),
            ProviderName = RecordText.CleanName(entry.ProviderName),
            ShareName = RecordText.CleanName(entry.Share),
            SchemaName = RecordText.CleanName(entry.Schema),
            TableName = RecordText.CleanName(entry.Table),
            SourceIpAddress = RecordText.CleanName(entry.SourceIpAddress),
            UserAgent = RecordText.Clean(entry.UserAgent),
            RequestId = RecordText.CleanName(entry.RequestIds.Count > 0 ? entry.RequestIds[0] : null),
            RequestIds = entry.RequestIds.Count > 1 ? RecordText.ToJson(entry.RequestIds) : null,
            RequestParams = RecordText.ToJson(entry.RequestParams),
            StatusCode = entry.StatusCode,
            ErrorCode = RecordText.CleanName(entry.ErrorCode),
            ErrorMessage = RecordText.Clean(entry.ErrorMessage),
            Result = RecordText.ToJson(entry.Result),
            Decision = entry.Decision,
            PreviousHash = previousHash,
            Hash = [],
        };
        return record with { Hash = RecordHash.Of(record) };
    }
}
