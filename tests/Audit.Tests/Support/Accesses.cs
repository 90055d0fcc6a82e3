using Tideway.Contracts.ShareRegistry;

namespace Tideway.Audit.Tests.Support;

/// <summary>Accesses as share-registry tells of them.</summary>
internal static class Accesses
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    public static ShareAccessed At(int second, string recipient = "acme", string share = "sales", string table = "orders", int status = 200) =>
        new()
        {
            AccessId = Guid.CreateVersion7(),
            RequestId = $"request-{second}",
            Action = "deltaSharingQueryTable",
            Status = status,
            ErrorCode = status == 200 ? null : "PERMISSION_DENIED",
            RecipientName = recipient,
            Share = share,
            Schema = "public",
            Table = table,
            TableVersion = status == 200 ? second : null,
            FileCount = status == 200 ? 3 : null,
            ByteCount = status == 200 ? 1000 : null,
            SourceIp = "192.0.2.7",
            UserAgent = "a reader",
            OccurredAt = Start.AddSeconds(second),
        };
}
