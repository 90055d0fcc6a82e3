using System.Xml;
using Tideway.DeltaSharing.Protocol;

namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>What an object store says of a request that it refuses: XML with <c>Code</c> and <c>Message</c>, in S3, Azure Blob Storage and Google Cloud Storage alike.</summary>
internal static class StoreErrorBody
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>The error; <see langword="null"/> for a body that is none.</summary>
    public static ErrorBody? Parse(byte[] body)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), Settings);
            string? code = null;
            var message = "";
            for (reader.MoveToContent(); !reader.EOF; )
            {
                if (reader is { NodeType: XmlNodeType.Element, Depth: 1, LocalName: "Code" })
                    code = reader.ReadElementContentAsString();
                else if (reader is { NodeType: XmlNodeType.Element, Depth: 1, LocalName: "Message" })
                    message = reader.ReadElementContentAsString();
                else
                    reader.Read();
            }

            return code is null ? null : new ErrorBody(code, message);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
