namespace Tideway.DeltaLog.CrossCheck.Tests.Fuzz;

/// <summary>Bytes as a broken disk, a cut connection or a careless copy leaves them.</summary>
internal static class ByteDamage
{
    public static byte[] Apply(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
            return [(byte)random.Next(256)];
        var at = random.Next(bytes.Length);
        var length = random.Next(1, Math.Min(64, bytes.Length - at) + 1);
        switch (random.Next(7))
        {
            case 0:
                var changed = (byte[])bytes.Clone();
                for (var times = random.Next(1, 8); times > 0; times--)
                    changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                return changed;
            case 1:
                return bytes[..at];
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4:
                var noise = new byte[length];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 5:
                var zeroed = (byte[])bytes.Clone();
                zeroed.AsSpan(at, length).Clear();
                return zeroed;
            default:
                return random.Next(2) == 0 ? [0xEF, 0xBB, 0xBF, .. bytes] : [.. bytes, .. new byte[random.Next(1, 600)]];
        }
    }
}
