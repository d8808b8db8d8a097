export { AC_SIZE_MAX, DC_SIZE_MAX, END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../../kernels/jpeg.ts";
