using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>Reads one line of the log.</summary>
internal static class ActionReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    private static readonly Dictionary<string, ActionKind> Kinds = new(StringComparer.Ordinal)
    {
        ["add"] = ActionKind.Add,
        ["remove"] = ActionKind.Remove,
        ["metaData"] = ActionKind.Metadata,
        ["protocol"] = ActionKind.Protocol,
        ["txn"] = ActionKind.Transaction,
        ["domainMetadata"] = ActionKind.Domain,
        ["checkpointMetadata"] = ActionKind.Checkpoint,
        ["sidecar"] = ActionKind.Sidecar,
    };

    /// <summary>
    /// The line's action; <see langword="null"/> where it holds none that is known, or one that <paramref name="files"/> has taken. With these change files
    /// are passed by. Anything malformed is a <see cref="JsonException"/>.
    /// </summary>
    public static DeltaAction? Read(ReadOnlySpan<byte> line, IFileActions? files = null)
    {
        try
        {
            var reader = new Utf8JsonReader(line, Options);
            var action = ReadLine(ref reader, files);
            if (reader.Read())
                throw new JsonException("expected the end of the line after the action");
            return action;
        }
        catch (InvalidOperationException exception)
        {
            // Thrown by the JSON reader for strings that are not valid UTF-8 or UTF-16.
            throw new JsonException("a string is not valid text", exception);
        }
    }

    /// <summary>The action of that name whose members are the JSON object <paramref name="members"/>.</summary>
    public static DeltaAction ReadMembers(string name, ReadOnlySpan<byte> members)
    {
        try
        {
            var reader = new Utf8JsonReader(members, Options);
            reader.BeginObject();
            return ReadAction(ref reader, Kinds[name]);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("a string is not valid text", exception);
        }
    }

    private static DeltaAction? ReadLine(ref Utf8JsonReader reader, IFileActions? files)
    {
        DeltaAction? found = null;
        var isFound = false;
        reader.BeginObject();
        while (reader.NextMember())
        {
            var kind = Kind(ref reader);
            if (!reader.Read())
                throw new JsonException("the line ends where an action was expected");
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            if (kind == ActionKind.Unknown)
            {
                reader.Skip();
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException($"expected an action, found {reader.TokenType}");
            if (isFound)
                throw new JsonException("expected one action per line, found two");
            isFound = true;
            if (files is null || !TryHand(ref reader, kind, files))
                found = ReadAction(ref reader, kind);
        }

        return found;
    }

    private static bool TryHand(ref Utf8JsonReader reader, ActionKind kind, IFileActions files)
    {
        switch (kind)
        {
            case ActionKind.Add:
                files.ReadAdd(ref reader);
                return true;
            case ActionKind.Remove:
                files.ReadRemove(ref reader);
                return true;
            case ActionKind.Cdc:
                reader.Skip();
                return true;
            default:
                return false;
        }
    }

    private static DeltaAction ReadAction(ref Utf8JsonReader reader, ActionKind kind) =>
        kind switch
        {
            ActionKind.Add => AddFile.Read(ref reader),
            ActionKind.Remove => RemoveFile.Read(ref reader),
            ActionKind.Cdc => AddCdcFile.Read(ref reader),
            ActionKind.Metadata => Metadata.Read(ref reader),
            ActionKind.Protocol => Protocol.Read(ref reader),
            ActionKind.Transaction => SetTransaction.Read(ref reader),
            ActionKind.CommitInfo => CommitInfo.Read(ref reader),
            ActionKind.Domain => DomainMetadata.Read(ref reader),
            ActionKind.Checkpoint => CheckpointMetadata.Read(ref reader),
            _ => Sidecar.Read(ref reader),
        };

    private static ActionKind Kind(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("add"u8) ? ActionKind.Add
        : reader.ValueTextEquals("remove"u8) ? ActionKind.Remove
        : reader.ValueTextEquals("cdc"u8) ? ActionKind.Cdc
        : reader.ValueTextEquals("metaData"u8) ? ActionKind.Metadata
        : reader.ValueTextEquals("protocol"u8) ? ActionKind.Protocol
        : reader.ValueTextEquals("txn"u8) ? ActionKind.Transaction
        : reader.ValueTextEquals("commitInfo"u8) ? ActionKind.CommitInfo
        : reader.ValueTextEquals("domainMetadata"u8) ? ActionKind.Domain
        : reader.ValueTextEquals("checkpointMetadata"u8) ? ActionKind.Checkpoint
        : reader.ValueTextEquals("sidecar"u8) ? ActionKind.Sidecar
        : ActionKind.Unknown;

    private enum ActionKind
    {
        Unknown,
        Add,
        Remove,
        Cdc,
        Metadata,
        Protocol,
        Transaction,
        CommitInfo,
        Domain,
        Checkpoint,
        Sidecar,
    }
}
