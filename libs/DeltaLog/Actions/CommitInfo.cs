using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>
/// <c>commitInfo</c>: where a commit came from. Its shape is up to the writer, so members of an unexpected type or name are kept as they are.
/// See <see href="https://github.com/delta-io/delta/blob/master/PROTOCOL.md#commit-provenance-information">Commit Provenance Information</see>.
/// </summary>
public sealed record CommitInfo : DeltaAction
{
    /// <summary>When the writer attempted the commit, in milliseconds since the epoch.</summary>
    public long? Timestamp { get; init; }

    /// <summary>The commit's own timestamp, in milliseconds since the epoch, with in-commit timestamps.</summary>
    public long? InCommitTimestamp { get; init; }

    /// <summary>What was done, for example <c>WRITE</c> or <c>MERGE</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Software that made the commit.</summary>
    public string? EngineInfo { get; init; }

    /// <summary>Unique identifier of the transaction.</summary>
    public string? TransactionId { get; init; }

    /// <summary>Whether the commit added files without having read any.</summary>
    public bool? IsBlindAppend { get; init; }

    /// <summary>All other members by name, each value as JSON text, for example <c>operationParameters</c> and <c>operationMetrics</c>.</summary>
    public IReadOnlyDictionary<string, string> OtherMembers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    // A day before the end of the calendar: the versions that follow must be later.
    private static readonly long LastTime = DateTimeOffset.MaxValue.AddDays(-1).ToUnixTimeMilliseconds();

    /// <summary>The in-commit timestamp as a time. One that no calendar has is <see cref="DeltaLogError.CorruptLog"/>.</summary>
    internal DateTimeOffset? InCommitTime =>
        InCommitTimestamp is not { } milliseconds ? null
        : milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= LastTime ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        : throw new DeltaLogException(DeltaLogError.CorruptLog, $"Expected a time in milliseconds as inCommitTimestamp, found {milliseconds}.");

    internal override string Name => "commitInfo";

    internal static CommitInfo Read(ref Utf8JsonReader reader)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.NextMember())
        {
            var name = reader.GetString()!;
            if (!reader.Read())
                throw new JsonException("the line ends where a value was expected");
            members[name] = reader.TakeRaw();
        }

        return new CommitInfo
        {
            Timestamp = Number(members, "timestamp"),
            InCommitTimestamp = Number(members, "inCommitTimestamp"),
            Operation = Text(members, "operation"),
            EngineInfo = Text(members, "engineInfo"),
            TransactionId = Text(members, "txnId"),
            IsBlindAppend = Boolean(members, "isBlindAppend"),
            OtherMembers = members,
        };
    }

    internal override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteOptional("inCommitTimestamp", InCommitTimestamp);
        writer.WriteOptional("timestamp", Timestamp);
        writer.WriteOptional("operation", Operation);
        foreach (var (name, json) in OtherMembers)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(json);
        }

        if (IsBlindAppend is { } blind)
            writer.WriteBoolean("isBlindAppend", blind);
        writer.WriteOptional("engineInfo", EngineInfo);
        writer.WriteOptional("txnId", TransactionId);
    }

    // A member of another type than usual stays among the others.
    private static long? Number(Dictionary<string, string> members, string name) =>
        members.TryGetValue(name, out var json) && long.TryParse(json, out var value) && members.Remove(name) ? value : null;

    private static string? Text(Dictionary<string, string> members, string name)
    {
        if (!members.TryGetValue(name, out var json) || json[0] != '"')
            return null;
        members.Remove(name);
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetString();
    }

    private static bool? Boolean(Dictionary<string, string> members, string name) =>
        members.TryGetValue(name, out var json) && json is "true" or "false" && members.Remove(name) ? json == "true" : null;
}
