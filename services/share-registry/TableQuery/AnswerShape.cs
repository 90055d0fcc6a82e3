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
        var needed = RecipientProtocol.Of(protocol, metadata);
        var format = needed.Choose(call.Capabilities);
        if (format == ResponseFormats.Delta && needed.FindUnknown(call.Capabilities, call.Table.FullName) is { } unknown)
            return unknown;
        return new AnswerShape(format, call.FileIdHash ?? (format == ResponseFormats.Delta ? FileIdHash.Delta : FileIdHash.Parquet));
    }
}
