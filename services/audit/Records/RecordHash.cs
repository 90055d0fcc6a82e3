using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tideway.Audit.Records;

/// <summary>
/// SHA-256 over the canonical form of a record: the byte 1 (version of this form), the 32 bytes of the previous record's hash, then every column
/// in the order of <see cref="AuditRecord"/>. A number is 8 bytes, big-endian. A text is its length in UTF-8 bytes as 4 bytes, big-endian, and
/// those bytes; an absent one is the length -1. An absent status is the number -1.
/// </summary>
internal static class RecordHash
{
    public const int Length = SHA256.HashSizeInBytes;

    private const byte FormVersion = 1;

    public static byte[] Of(AuditRecord record)
    {
        var form = new ArrayBufferWriter<byte>(1024);
        form.Write([FormVersion]);
        form.Write(record.PreviousHash);
        Number(form, record.Sequence);
        Text(form, record.EventId.ToString());
        Number(form, record.EventTime);
        Text(form, record.EventDate);
        Number(form, record.RecordedAt);
        Text(form, record.Direction);
        Text(form, record.ServiceName);
        Text(form, record.ActionName);
        Text(form, record.UserIdentity);
        Text(form, record.RecipientName);
        Text(form, record.ProviderName);
        Text(form, record.ShareName);
        Text(form, record.SchemaName);
        Text(form, record.TableName);
        Text(form, record.SourceIpAddress);
        Text(form, record.UserAgent);
        Text(form, record.RequestId);
        Text(form, record.RequestIds);
        Text(form, record.RequestParams);
        Number(form, record.StatusCode ?? -1);
        Text(form, record.ErrorCode);
        Text(form, record.ErrorMessage);
        Text(form, record.Result);
        Text(form, record.Decision);
        return SHA256.HashData(form.WrittenSpan);
    }

    private static void Number(ArrayBufferWriter<byte> form, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(form.GetSpan(sizeof(long)), value);
        form.Advance(sizeof(long));
    }

    private static void Text(ArrayBufferWriter<byte> form, string? value)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32BigEndian(form.GetSpan(sizeof(int)), length);
        form.Advance(sizeof(int));
        if (length > 0)
            Encoding.UTF8.GetBytes(value.AsSpan(), form);
    }
}
