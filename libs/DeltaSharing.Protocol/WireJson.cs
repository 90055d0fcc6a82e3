using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Protocol;

/// <summary>
/// How the wire types are read and written. Unknown fields are ignored, absent ones are left out. Members with a default have it in
/// their getter, because the reader sets every <c>init</c> member, absent ones to null.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(ListPage<ShareItem>))]
[JsonSerializable(typeof(ListPage<SchemaItem>))]
[JsonSerializable(typeof(ListPage<TableItem>))]
[JsonSerializable(typeof(ListPage<VolumeItem>))]
[JsonSerializable(typeof(ListPage<VolumeFileItem>))]
[JsonSerializable(typeof(VolumeItem))]
[JsonSerializable(typeof(ShareAnswer))]
[JsonSerializable(typeof(TableItem))]
[JsonSerializable(typeof(LocationCredentials))]
[JsonSerializable(typeof(TableCredentialsAnswer))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ProtocolLine))]
[JsonSerializable(typeof(MetadataLine))]
[JsonSerializable(typeof(FileLine))]
[JsonSerializable(typeof(AddLine))]
[JsonSerializable(typeof(CdfLine))]
[JsonSerializable(typeof(RemoveLine))]
[JsonSerializable(typeof(EndStreamLine))]
[JsonSerializable(typeof(DeltaProtocolLine))]
[JsonSerializable(typeof(DeltaMetadataLine))]
[JsonSerializable(typeof(DeltaFileLine))]
[JsonSerializable(typeof(QueryStatusLine))]
internal sealed partial class WireJson : JsonSerializerContext
{
    // URLs are full of characters that HTML would need escaped and JSON does not.
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
