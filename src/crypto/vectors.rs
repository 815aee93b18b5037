//! Keys and signatures made by others (OpenSSH, pyca/cryptography over OpenSSL),
//! for the tests of this room and of those above it. Only public halves exist.

use crate::crypto::signature::Algorithm;

/// One key in the spellings that its maker wrote; empty where it wrote none.
pub(crate) struct KeyVector {
    pub name: &'static str,
    pub pem: &'static str,
    pub ssh: &'static str,
    pub jwk: &'static str,
    /// SHA-256 of the SubjectPublicKeyInfo, by `openssl` and `sha256sum`.
    pub spki_sha256: &'static str,
    /// What `ssh-keygen -l` prints.
    pub ssh_fingerprint: &'static str,
    /// RFC 7638, by a Python script.
    pub thumbprint: &'static str,
}

pub(crate) const ED25519: KeyVector = KeyVector {
    name: "ed25519",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MCowBQYDK2VwAyEAs6wpdBW56344n9K29E96E5b1CcbxKnywerQNEDbwhRc=\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILOsKXQVuet+OJ/StvRPehOW9QnG8Sp8sHq0DRA28IUX test key",
    spki_sha256: "f4dcdb95bf35080e4c96fb02bad5bcb7462d8933fe4ae0809867b16559f95aac",
    ssh_fingerprint: "SHA256:6cj/qU3/lyLTACHP3Bc9AhsodGLX35tfx+7Sb2hCX30",
    thumbprint: "1rJcvbkkXYGuXwH9oLiOY7VCI9lBnVFYiTBetA03H0U",
    jwk: r#"{"kty":"OKP","crv":"Ed25519","x":"s6wpdBW56344n9K29E96E5b1CcbxKnywerQNEDbwhRc"}"#,
};

pub(crate) const P256: KeyVector = KeyVector {
    name: "p256",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHcP0ZwufQFkXjZUzi+2WFu2mIGAc\n\
IYAjWcR0cPhS+wHks1Y31yTy4+rs0Ua+taf9me2Hiw546w5pkJGGQ1PdtA==\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB3D9GcLn0BZF42VM4vtlhbtpiBgHCGAI1nEdHD4UvsB5LNWN9ck8uPq7NFGvrWn/Znth4sOeOsOaZCRhkNT3bQ= test key",
    spki_sha256: "8fa2094c7e4fa81b5e7348bbdfbaaf0d1d6b7018b1e2d787fefcee77d2e01eb0",
    ssh_fingerprint: "SHA256:pcCVzS4thC80XJKo4GM+xXzNa5WJ6MfN1+cvT9dcdtM",
    thumbprint: "kUAFuZNVwM84lFMe_KJ2kuckQ4X5hl16sIiV0PFTtJs",
    jwk: r#"{"kty":"EC","crv":"P-256","x":"HcP0ZwufQFkXjZUzi-2WFu2mIGAcIYAjWcR0cPhS-wE","y":"5LNWN9ck8uPq7NFGvrWn_Znth4sOeOsOaZCRhkNT3bQ"}"#,
};

pub(crate) const P384: KeyVector = KeyVector {
    name: "p384",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE6bqBrOtzWbCKCLkzEZtXPYx3kZOfLH9X\n\
eCYtGYizacC220bTMENYjmRFHR+yjQudiR4d9QB+T0wEEYJ8iJSU5UFZ23HnmovH\n\
QVU7t71PfBL7BV2tc+3M4Q7PQLL8jPfz\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBOm6gazrc1mwigi5MxGbVz2Md5GTnyx/V3gmLRmIs2nAtttG0zBDWI5kRR0fso0LnYkeHfUAfk9MBBGCfIiUlOVBWdtx55qLx0FVO7e9T3wS+wVdrXPtzOEOz0Cy/Iz38w== test key",
    spki_sha256: "07686d2fded7fb6b36b973a6cd49f1042986e0c2bdf30a8d5e320ab9cf0b7e52",
    ssh_fingerprint: "SHA256:TLdtSP//LlEzsPhExPC5F8p5UkKp1qoQSsP+BhXQiJQ",
    thumbprint: "hAVXjmJj1HA7Fp82NUHQdf2wPcbMgELFfSSpWq2kDzU",
    jwk: r#"{"kty":"EC","crv":"P-384","x":"6bqBrOtzWbCKCLkzEZtXPYx3kZOfLH9XeCYtGYizacC220bTMENYjmRFHR-yjQud","y":"iR4d9QB-T0wEEYJ8iJSU5UFZ23HnmovHQVU7t71PfBL7BV2tc-3M4Q7PQLL8jPfz"}"#,
};

pub(crate) const P521: KeyVector = KeyVector {
    name: "p521",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBXflQvBofRXCdB4P2T1av4V6Ecc03\n\
Kd+dWDmsmrODCVI6NlZ5trG2w6zbqpHz2yopFw+26YYq2n81Ritpxg1l6SIAfnkn\n\
vQ6st68ukXDZ9uemVOV5tTJ/OQSxMu9bXQLyRRf0+RpAjo6n79qu71X6dqk4ly50\n\
FiXHltrjH0sSUd6Lw0s=\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAFd+VC8Gh9FcJ0Hg/ZPVq/hXoRxzTcp351YOayas4MJUjo2Vnm2sbbDrNuqkfPbKikXD7bphirafzVGK2nGDWXpIgB+eSe9Dqy3ry6RcNn256ZU5Xm1Mn85BLEy71tdAvJFF/T5GkCOjqfv2q7vVfp2qTiXLnQWJceW2uMfSxJR3ovDSw== test key",
    spki_sha256: "6580a50f9a5df642f6a4d8b98685615ead92cf0f0fcebaa0942792102d737d4c",
    ssh_fingerprint: "SHA256:1GIPfPzLl/DSs2LW6BgqlPw8/+czMGszqlMOZIiJ8G8",
    thumbprint: "oVRrcU4L4BEBi7_1vkeg_KEwr3jrEBp7IT3xF4Og1wA",
    jwk: r#"{"kty":"EC","crv":"P-521","x":"AV35ULwaH0VwnQeD9k9Wr-FehHHNNynfnVg5rJqzgwlSOjZWebaxtsOs26qR89sqKRcPtumGKtp_NUYracYNZeki","y":"AH55J70OrLevLpFw2fbnplTlebUyfzkEsTLvW10C8kUX9PkaQI6Op-_aru9V-napOJcudBYlx5ba4x9LElHei8NL"}"#,
};

pub(crate) const RSA2048: KeyVector = KeyVector {
    name: "rsa",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnj14NF7G/Ls+kdwdeYzI\n\
Hp3C9StlI+ftJDbPJNQ1RpztZvAs9hH4rnzr6eSDT5ubFJGqHPgR+PS7HxzZtS+z\n\
ll+IOZ5ciXpjxBTEQBn0qSGU7dBlgPReocjggKhOZHz97E+2ArKTNNRz4WmyhNGm\n\
ZwKVuIh/UJOxUKnivkPg/Oq2pP8PQ8LmgqgCrx5Fc/hjn1el4TSUuj4mKTPS1YII\n\
WR4+m7dwXcUmLmhGm4gutTlMUklUgOHrxchD+n6dMincfdxn6uTVsXSg77PmbU5o\n\
1NQkBeqXqWQZ0T4tNVyL0SQxG+/6bTPZgCsgZLnnv3X36gYp7Bz41k050dH4XO0A\n\
5QIDAQAB\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCePXg0Xsb8uz6R3B15jMgencL1K2Uj5+0kNs8k1DVGnO1m8Cz2EfiufOvp5INPm5sUkaoc+BH49LsfHNm1L7OWX4g5nlyJemPEFMRAGfSpIZTt0GWA9F6hyOCAqE5kfP3sT7YCspM01HPhabKE0aZnApW4iH9Qk7FQqeK+Q+D86rak/w9DwuaCqAKvHkVz+GOfV6XhNJS6PiYpM9LVgghZHj6bt3BdxSYuaEabiC61OUxSSVSA4evFyEP6fp0yKdx93Gfq5NWxdKDvs+ZtTmjU1CQF6pepZBnRPi01XIvRJDEb7/ptM9mAKyBkuee/dffqBinsHPjWTTnR0fhc7QDl test key",
    spki_sha256: "aa4fc8ad1b9fc53d6d84d7deed29d2e82502ded379965e127e7a92158436a3e3",
    ssh_fingerprint: "SHA256:bxvr5aUhxeEnvFKyzuI7A7bh1HidASg/G21Dob1TtC8",
    thumbprint: "_xzON8GsJyYwAiL974W9vI17r7nf5AX9a5-ExQLWmXI",
    jwk: r#"{"kty":"RSA","n":"nj14NF7G_Ls-kdwdeYzIHp3C9StlI-ftJDbPJNQ1RpztZvAs9hH4rnzr6eSDT5ubFJGqHPgR-PS7HxzZtS-zll-IOZ5ciXpjxBTEQBn0qSGU7dBlgPReocjggKhOZHz97E-2ArKTNNRz4WmyhNGmZwKVuIh_UJOxUKnivkPg_Oq2pP8PQ8LmgqgCrx5Fc_hjn1el4TSUuj4mKTPS1YIIWR4-m7dwXcUmLmhGm4gutTlMUklUgOHrxchD-n6dMincfdxn6uTVsXSg77PmbU5o1NQkBeqXqWQZ0T4tNVyL0SQxG-_6bTPZgCsgZLnnv3X36gYp7Bz41k050dH4XO0A5Q","e":"AQAB"}"#,
};

pub(crate) const RSA1024: KeyVector = KeyVector {
    name: "rsa1024",
    pem: "-----BEGIN PUBLIC KEY-----\n\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDi7wUPo+pgWZeuDqHjkKzXAl4h\n\
Iq4i6LaXzph0b6BEWgQlUX2Ntjzuml0ci+Hd7U3gjFrqrk2rGC09C4n15/EpIpJh\n\
1PGMkQu7RwyXuRM+8xKWazLbCPcly/Uwx1Si1JfX8htmp738SSoPEkgx6cWV8DmC\n\
ZzNHb6DD3x8roYQl8wIDAQAB\n\
-----END PUBLIC KEY-----\n\
",
    ssh: "",
    spki_sha256: "618d9533c63fbb6100cb9dc4d4618aabea106f4a7f31f8d6856eac91bbf6b56c",
    ssh_fingerprint: "",
    thumbprint: "",
    jwk: r#""#,
};

pub(crate) const KEYS: [&KeyVector; 6] = [&ED25519, &P256, &P384, &P521, &RSA2048, &RSA1024];

/// What every signature below is over.
pub(crate) const MESSAGE: &[u8] = b"stella";

/// Algorithm, key, signature in base64.
pub(crate) const SIGNATURES: [(Algorithm, &KeyVector, &str); 20] = [
    (
        Algorithm::Ed25519,
        &ED25519,
        "7ifMqQSeo85f7Z44D10vAEOxr2YNlpRXHQ9cO7k7Z9+56Mc68/mWeOezlFgUsryP5xayEjYERfZXYsTrcdS9Aw==",
    ),
    (
        Algorithm::EcdsaP256Sha256,
        &P256,
        "MEUCIAiL0uLftquSH34Ov1prHh3gCFWSOYy0krUrYYi/eFA4AiEA1OyMb+kxiWGrXZNUTWFxz3CrCI6yGTlUcT6wuLnkln0=",
    ),
    (
        Algorithm::EcdsaP256Sha384,
        &P256,
        "MEUCIQDhpKfjpoXq1iKqfgEXcFbgXk8JV+wKnt0qFIBbn0oyGAIgJhMMhoLhqnLreVw6dIM40rsrHv10GQyRcjWVCWlas7U=",
    ),
    (
        Algorithm::EcdsaP256Sha512,
        &P256,
        "MEUCIGAiFkR/S+viBnobFGAEd2or7fFpm3gM7fEuyoLv1SRaAiEAhVAMA+k6lYuBJa7BLXtCV0GkE5IvAOSTb+3uz3gTagU=",
    ),
    (
        Algorithm::LegacyEcdsaP256Sha1,
        &P256,
        "MEYCIQDSH34yL15ne/cMtsDNmld5lXReH6BHKCuAn1GPMlI2DwIhAM9quxOTeMdtK1Mb4oE5440pivOGqcZCvAvwBNUjMASc",
    ),
    (
        Algorithm::EcdsaP384Sha256,
        &P384,
        "MGUCMQDmHw/GqPz6f5DgCufOrIptq6oyxBDnvd8nAzSacpAUHTJluYzN49D3IljWPi30sRQCMFJjVxPqIJtKMN6zYkQsn+Z01HcQOmY1Gx5poWOnnEkQ1YhluxX7EJTj9xHUANI95g==",
    ),
    (
        Algorithm::EcdsaP384Sha384,
        &P384,
        "MGYCMQDEMseUTuk7IOOPEsB0qpnPjJqqbZ18D4vrwkBgBVAzFpkWj7AePbw9t0cU4OQ6Qn8CMQDD8Mfe2AnfOOoVRizykpZPViwdaip69d8Am6eJWvxeJEbys48SSyWKvS47ncZhWZ0=",
    ),
    (
        Algorithm::EcdsaP384Sha512,
        &P384,
        "MGYCMQDWGX1xRBskPXxS2vLlS063/Afw10mDh3L99CPlG6ab2vUC025ZwyA1V7bkH0At1+UCMQCY0arVqAvewFZ2bfvVBm3UkRBBfCdBP0bjwVl+OMwKsM5XlQtmxhfKt1h///3g30c=",
    ),
    (
        Algorithm::EcdsaP521Sha256,
        &P521,
        "MIGHAkIAyvLCjRgUwu8J06vZcjyUiJSoM6p+1C0iFB5vulKpTshgXXmR35G4PEyWz/ZOFswplz7pEwspX1YB8vdNFlnwVLoCQVxP12CTZUz5cT50be6T7c9+F1v3lYga2evGtJDXNnde8u0tu343+syBVCsLDrJQ7Kb0fYPJK7LP8B2q1J7aoNg3",
    ),
    (
        Algorithm::EcdsaP521Sha384,
        &P521,
        "MIGHAkFxvKNMMZgjp/zEANrfibqWCvg4y4js9eKjrzNy4iKPdYj4fDdrwtU+eBneV7Yshj6Qoaq+YvslJHo2IsW9GtZx0AJCAb8D7zzfL7H533M0/rOwJx9arfXIbJLD58i/HxuOOwgjCxgFJYmvrMCFVPcgizTKy0o5DCEUjSORi3tps6g+JhFi",
    ),
    (
        Algorithm::EcdsaP521Sha512,
        &P521,
        "MIGIAkIBdFHl7XR3/EILZSkMYSziXFTb/5zLKjqjzKwXpmdj2pmDr++ecxiZsZuUq0bWkdwTB2+48kDGsZwc/Ndw91couWsCQgF4MjphYzXajE9SVR5hwdZu9ldHJHkqi2WvwvktmYLsJjOJp967XUteFYd1RyT0NTIh2eviur2CBMnDTa9OGQ+aeQ==",
    ),
    (
        Algorithm::RsaPkcs1Sha256,
        &RSA2048,
        "T/cfT1z5Av4mF5XHCc4+t0FuBJS7rNVs54H+Qg6AHwJwZHwAk6pR1QMx83IDq5Vfw2U/hwdXFRR7LjkUllXFQKbsF/5DnIAaznqkZmZWQuQ2r5c+gzEFZ8g4LNZap6RCjol+sZpN0F+4/mVzFRLB3WHYJOIMcj4Q9HIDZ5gvE9j9N27aOFsHR9mGCPwdi1scEWEWpqc0o/5rGutqIptQ5HaLbd53xdf2fP3fK5BMalS3ChwVn/E1DB8+eLGuj69T/CYoXuv34xf87MiDs8EAkUuVjr3Ux/f7mi/CqOuqI/rFRTaVXYaWU10P6YbCgEXvFLjw93K1BoOLfBO2C8DAeA==",
    ),
    (
        Algorithm::RsaPkcs1Sha384,
        &RSA2048,
        "LoG6HhOAtuW/tb2r/gnjDs0adZ5/9OxRZCtIFgx7yquctdhvE084vM5FBMjz2WDxANjjHSiieGeRz3aK3lDHU3fRXxhufLyEj3gakMRcJcoVScmvC9c6/09HY+4Ttijx1C62d3WzK3iKwAyNwmUPGH+Ju9qdoRhL56h26PD2FkMgM0Y7Fkz/G0/AZz7H+FDZSswTyHd6hsi4UWGsOsfkTa/Dx5ocsULyQXsl6aSObVRMfgMxFkDb0d5Tw+0TTYlqzewd3dBwejz1Fvdi9yHIUAvA2ic2pInnPjVeSAwQUNxuz/K2zQuPO0hhL7PUh/qAzBk+CjuQ+Eh6wMv+BBU2cg==",
    ),
    (
        Algorithm::RsaPkcs1Sha512,
        &RSA2048,
        "H+Dae/VWgE7XuK6/ku5OZPNN+pJsGeGhPN45z1kZEzZ0so+YckPLXynP7TRa7XWt3LY3Ds9b1S8DgvPw1TGnN3lS2tdBSgSvY5S/r9tAdMa8bjhtqjFtkr4mktX/7FS2yuXKAOvGU8DLTEtImBiGjkJlQyZ0CQ/2ERV64kHflvSoxOgmn8qUEinjDPD3JBlNEyhi7oUm07JqYCMN2RbYfTQYjNVkD/gYhSnLNV/fXKXQOiY9P4obrp6FOTxoc8SzvowldgrJps8XfkB54FWbFKqBvQn4UHh6vg9x9JgvSa0DK4EcTUSxwpj9zr28FoC0Zy4Lo6skOTB9XJH+vUQpcA==",
    ),
    (
        Algorithm::RsaPssSha256,
        &RSA2048,
        "G8sTRCOt5cicdCi3pXQU7WCI+8KWuNlrX8Hd6PNKFMhgvKRTK+wwpEBQ73I7iW8mIqIoadcSSh0hb5rwvC3HaOnRHEFhryebnALkTbhHU28jCbNsbWYdzjNRMj/w9k2jenytZ6wwwOCTDFvVxKD3QChr88KE97H/00o25aveImIXEyfhPHXh/ZThRhuVFs8EkogXyFouMmpcc2gbzArc4L9l8l2nRP4QotZ4w/ktTau9IiE/uWdmI/IFkmcYi7+FmHmX6E9htPfnDgL1z6w/8Nm/9aFeMOBJ7Jo5xBNAf/1FO5df92LCi3bsNzjHhGvF9UE7ngKbbGPuEYiQSkILWA==",
    ),
    (
        Algorithm::RsaPssSha384,
        &RSA2048,
        "LSqo/SWPk3QmTXQXQqMavD+U+Ls7W3r3+Pt40l/pyi+iZyf3hbbXmt9c/AeNWfgAiFGpQj8MrJaEKkjPvGKPEP73x2L/1sdm+Ersgz4vjJ2fWU0ssQMrd2aQiCcWEj3m+Ni+8CUszc6Eqv2rjcBAXDoQ/84/Qr7mXairL+QqqV6F4OH6u2wz8J8pUy/xzQn0pcINq601UsItX+KwwGTBtzJYY2nOza4otV2Ra8suaoNRc4dRxiFEhnnVMvqBqkWYXJlTfUmHsubbdUppx4XIdfSNIASP1+DaU+uyagHJcHLXI/I+Srw+YYFCkamQpQsJ2MSPTAtL+Ndja9G0LdH4cA==",
    ),
    (
        Algorithm::RsaPssSha512,
        &RSA2048,
        "TIb1SD7PYJMvyLz7ZynFePMGZQ8GvgZRGApTWTDgJUY/QDiTOYjQyyYUkfHLeZNF0EZW55hJUjrBBrF7eD5pXEj92YSZp1XAeQiN/zMNvO2paOUeZY4fmKihQu3fghj8OsoJCk1cvtoz94839eTHC6UOsBlmuGgxeZQbxd/IMWAPYlZm0YgsOoVrwb4CjVKsJoeff8zYJ/F9Snxz8rSB2q1rqVOgSRiPwkjD4cH2kWmlsDJUHHuXiYKTxpxlE42aJk2eGtC2l4LxRXCMeuClSMS06mmfQb6f58UNfoaRHjNd5cLKpvd9qTxxHmwBz9Xfl0rauQS3QhVYY4NUrDZh4Q==",
    ),
    (
        Algorithm::LegacyRsaPkcs1Sha1,
        &RSA2048,
        "RffCpIr35yWqH59kOCqbSu7mKLOmeHBVkOlc0HnZl8R5DqCPDEQSaolvRzNxe8apvNjnQAlOzETgk0JvNxNhFZwiP873YphpZTAb4Pf8hMejGLtiD83N+yx6mFxGN+GdyYM0P95IrtSJ0mFoHzW92tJOD8B/97ZYAVa4BtJAYmHAVFDKEOWkySAdNHzNlAsY+sNpE6veC3n111YHobFfXc4z4gChtWWnEiQjfaA+fMBM+yPaADQ3238znU0W+OM/+nD8DPstQ7lENGY7Bj/U887OsiM4lWif2wGzxqUHR3uUV4hDjRBZAy0I7bPBP8IlAKg2fjYjH+FLUGgFt8fnng==",
    ),
    (
        Algorithm::LegacyRsa1024Pkcs1Sha1,
        &RSA1024,
        "ycpc5PVOthLW6oc3ry9zn7WOPJ4dPRmYeQV13bPmQNdXMLzKv8z/WZ0LKKXanO5kki6sWV+OEV8gGitLMWJPd9dng1UjrZoKPvHjSCuk7SqbAQO8rd7xCLoNJLG63Vo3cbQnfTLLSNGZblD5eq6n5SdZHO4IdX7ZeUgq6Ngx8Gc=",
    ),
    (
        Algorithm::LegacyRsa1024Pkcs1Sha256,
        &RSA1024,
        "b4Yv4RZIJXiy+BmKpFxIwH3ZS/VSVnrJ3RAem5IXj4g569uR1CUmoa/26R3/MGZssWl83o94LJ6hs6+HVvNNcDlL2IWnDzyMTNqa/WH8oR4Ecl5xOwQf5nlk0HKd+0YX5ITgi6cOzWsuBmqaFZ9jY75RyN3dFaOcvMjn6tCNXhE=",
    ),
];

/// RSASSA-PSS by [`RSA2048`] with SHA-256, MGF1 of SHA-1 and a salt of 20 bytes.
pub(crate) const PSS_MGF1_SHA1_SALT_20: &str = "X9Y3MuFnECVRgbluS8T9p7vuBPS39n3FHVrrwCNHoufA1kDBnw2ua5mFRBq7xkAgEtBJwDswbe8+xORCuVt5/1/kq+RmjLQptIBdKKXiptoHmUlzbUSeLd9SbkYJhlAK5LAM+u/L+hRpFMIDOlZ/pFeCDSA4S9J44NC9zlvUxWnxQX2Xt0z3onU2p4Lr9pxDhkwq8sC+j3TJAy31ZBvYXrqMNE2Hrqv/FllPz0w//QGxV4/vrcjyKOdKADx5vgXQnI33x6VcdFdeDGVMR8c5SJdcTn6BtcJXuxzfO4hiy5DR7EuijRE0UXi5hY9fenPN4UuoUauDWMVY/1aGrxKx7A==";

/// The same with MGF1 of SHA-256 and the longest salt that fits: 222 bytes.
pub(crate) const PSS_SALT_MAX: &str = "K0LlfedQxxztIkb7rzvlWGrFZ35mnrjSBQTwNN4663LNjP0F+34NXPDpUnlfi/7Hs91Ps7IslM3QkTF4fLW5nvqKy+rFr40u7qlqfAMGqztD/MFSdWKx8bK3fn7FDV4q9K9iQ4v0tFPZ5hNhPbCZ69uHsenDLbvoTmDTTcemAIMng+nsinvFVp9NiVPeqQfUemS0D9Fb/BIkgXNagE67epzY8cXYsjRwbQdSBwutl/+a3tgs25b2/0FYUb1D96lut/DEqsSmvCKWAmsnbW92bt0wMdYwnJKX3tgXEJQrQMlIX9k8IQz5qNqSebkHUjaRvmz09Nb9igguPTTP1rjJ7w==";
