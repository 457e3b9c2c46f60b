/** Of a server at 127.0.0.1 that only this certificate itself vouches for. For tests alone. */
export const TLS_KEY = [
  "-----BEGIN PRIVATE KEY-----",
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglPo/ypc74+36/oQO",
  "RDsi7/yfBST3SHs4Siox2KwGwvKhRANCAATUB9n88wPDdfQsyJ4zqz18w3nmZIlz",
  "8g67B0PzMcr8kqRyu2/Q7d6G8F2rOSsHwbE7qHejlNONXy3PGMnt9JDA",
  "-----END PRIVATE KEY-----",
].join("\n");

export const TLS_CERTIFICATE = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBnDCCAUGgAwIBAgIUZydXiryk3Sov1lPbp8qv1zIgNqowCgYIKoZIzj0EAwIw",
  "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDA3NTIwNFoYDzIxMjYxMTA2",
  "MDc1MjA0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO",
  "PQMBBwNCAATUB9n88wPDdfQsyJ4zqz18w3nmZIlz8g67B0PzMcr8kqRyu2/Q7d6G",
  "8F2rOSsHwbE7qHejlNONXy3PGMnt9JDAo28wbTAdBgNVHQ4EFgQUMM/J6kkG3trU",
  "K8iUu2uzcgIEfecwHwYDVR0jBBgwFoAUMM/J6kkG3trUK8iUu2uzcgIEfecwDwYD",
  "VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI",
  "zj0EAwIDSQAwRgIhAOAXR06YBT2fcdZP+zhKhp31cm0jWx3s76gJMcGsDjNBAiEA",
  "m5o8GSOcFHnghQRnuJrKm40i/qmRm8hfecVVJAdJc6g=",
  "-----END CERTIFICATE-----",
].join("\n");
