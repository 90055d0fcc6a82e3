using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.DeltaSharing.Server.Parameters;
using Tideway.DeltaSharing.Server.Tables;

namespace Tideway.ShareRegistry.TableQuery;

/// <summary>What an answer to a call looks like: its format, and how it names files.</summary>
internal sealed record AnswerShape(ResponseFormats Format, FileIdHash IdHash)
{
    public bool IsDelta => Format == ResponseFormats.Delta;

    /// <summary>The shape that the client and the table agree on; a refusal of a client that does not know what the table needs.</summary>
    public static Checked<AnswerShape> Choose(TableCall call, Protocol protocol, Metadata metadata)
    {
        var shape = Of(call, RecipientProtocol.Of(protocol, metadata).Choose(call.Capabilities));
        return shape.FindUnknown(call, protocol, metadata) is { } unknown ? unknown : shape;
    }

    /// <summary>
    /// The shape for a client that was refused for a feature that it does not know: the parquet format, where it takes that too. Whether it can tell the
    /// rows has to be seen.
    /// </summary>
    public static AnswerShape? FindOther(TableCall call) =>
        call.Capabilities.ResponseFormats.HasFlag(ResponseFormats.Parquet) ? Of(call, ResponseFormats.Parquet) : null;

    /// <summary>The shape with a format that is settled.</summary>
    public static AnswerShape Of(TableCall call, ResponseFormats format) =>
        new(format, call.FileIdHash ?? (format == ResponseFormats.Delta ? FileIdHash.Delta : FileIdHash.Parquet));

    /// <summary>The refusal of a client that does not know what a version with this protocol and metadata needs, in the delta format.</summary>
    public ProtocolRefusal? FindUnknown(TableCall call, Protocol protocol, Metadata metadata) =>
        IsDelta ? RecipientProtocol.Of(protocol, metadata).FindUnknown(call.Capabilities, call.Table.FullName) : null;
}
